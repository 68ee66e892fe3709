# Páginas que ve todo el mundo.
site-name = undersigned
site-tagline = Peticiones cuyo recuento puede comprobar cualquiera y cuyos firmantes nadie puede ver
skip-to-content = Ir al contenido
footer-check = Comprobar un recibo
footer-how = Cómo funciona
footer-record = El registro público
footer-language = Idioma
header-places = Sitio
footer-places = Más
footer-api = Para programadores
footer-promise = Cualquier cifra verificada de este sitio se puede volver a calcular con archivos públicos. Ninguno contiene nombres.

home-title = Peticiones
home-none = Aquí todavía no hay ninguna petición publicada.
home-lead = Firme con un solo correo y sin cuenta. Cualquier desconocido puede volver a calcular cada cifra, y ningún archivo público dice quién firmó.
home-how = Cómo funciona
home-no-more = No hay peticiones más antiguas.
home-newest = Peticiones más recientes
home-older = Peticiones más antiguas
home-progress = Parte del objetivo de { $goal }

problem-title = No ha funcionado
problem-not-found = Esta página no existe.
problem-unknown-petition = Aquí no existe esa petición.
problem-other = Algo ha fallado. Inténtelo de nuevo dentro de un momento.
problem-rate-limited = Han llegado demasiadas solicitudes desde su red. Espere un momento y vuelva a intentarlo.
problem-unavailable = El servicio no puede hacer esto en este momento. Inténtelo de nuevo dentro de unos minutos.
problem-request = La página no ha recibido lo que esperaba. Vuelva atrás e inténtelo de nuevo.
problem-home = Ver todas las peticiones

# La tarjeta que muestran otros sitios.
card-count = { $n ->
    [one] { $count } firma verificada
   *[other] { $count } firmas verificadas
}
card-goal = Objetivo: { $count }

# Días, listas.
date = { $day } de { $month } de { $year }
moment = { $date }, { $time } UTC
js-moment = %date%, %time% UTC
month-1 = enero
month-2 = febrero
month-3 = marzo
month-4 = abril
month-5 = mayo
month-6 = junio
month-7 = julio
month-8 = agosto
month-9 = septiembre
month-10 = octubre
month-11 = noviembre
month-12 = diciembre
list-separator = ;

# Una petición.
petition-to = Para:
petition-by = Una petición de
letter-languages = Leer la carta en:
phase-announced = Se abre pronto
phase-open = Abierta
phase-closing = Por cerrar
phase-closed = Cerrada
phase-next-announced = Se podrá firmar desde el { $date }
phase-next-open = Se puede firmar hasta el { $date }
phase-next-closing = Las últimas firmas llegan hasta el { $date }
phase-next-closed = Cerrada desde el { $date }

count-title = El recuento
count-unit = { $n ->
    [one] firma, verificada
   *[other] firmas, verificadas
}
js-count-zero = firmas, verificadas
js-count-one = firma, verificada
js-count-two = firmas, verificadas
js-count-few = firmas, verificadas
js-count-many = firmas, verificadas
js-count-other = firmas, verificadas
count-progress = Parte del objetivo
count-goal = Objetivo: { $goal }
count-waiting = En camino, aún sin contar:
count-waiting-batched = Las firmas se publican de 64 en 64, o cada hora, para que nadie pueda saber cuándo firmó alguien.
count-waiting-private = Las firmas se publican de 256 en 256, o una vez al día, para que nadie pueda saber cuándo firmó alguien.
count-waiting-prompt = Las firmas se publican cada segundo.
count-as-of = A fecha de
count-check = Compruebe usted mismo el recuento
count-ceiling-title = Podrían ser hasta
count-ceiling = Se han tachado { $strikes } buzones confirmados, cada uno con un motivo publicado. Nadie puede saber qué firma corresponde a qué buzón; por eso los restamos todos, aunque su dueño nunca hubiera firmado. Por tanto, { $count } es lo mínimo que queda en pie, y { $ceiling } lo máximo.

growth-title = Cómo ha crecido el recuento
growth-caption = { $count } firmas desde el { $since }
growth-table = Lo mismo en números
growth-when = Publicado
growth-count = Recuento

trust-title = Qué vale esta cifra
trust-count = No hace falta que nos crea.
trust-record = { $n ->
    [one] { $count } firma, verificada: compruébelo usted mismo
   *[other] { $count } firmas, verificadas: compruébelo usted mismo
}
trust-names = Ningún archivo público contiene nombres, direcciones ni comentarios.
trust-unlinkable = Nada de lo que se guarda después revela de quién es cada firma, ni siquiera a nosotros.
trust-text = La dirección de esta página es una huella de la carta. Si cambiara una sola palabra, sería otra petición, sin firmas.
trust-audit = Tras el cierre, { $auditor } elige al azar buzones confirmados y los examina de forma confidencial. Hasta entonces, que pertenezcan a personas reales depende de la palabra de este servicio.
trust-no-audit = Nadie independiente examina los buzones que hay detrás de este recuento: esta petición no tiene auditor. Que no se ha añadido ninguna firma sin un buzón confirmado se puede comprobar; que los buzones pertenezcan a personas reales depende de la palabra de este servicio.
trust-audit-round = Cuáles, lo decide un azar público del
audited-found = { $auditor } ha examinado { $sample } buzones confirmados, elegidos al azar: { $proven } demostrados con pruebas, { $word } que dependen de la palabra de este servicio, { $bad } malos.
audited-follows = Con una confianza del 95 %, al menos { $evidence } firmas corresponden a buzones confirmados distintos, contando solo las pruebas; al menos { $word } si se cree la palabra de este servicio.
audited-rest = Confirmaron { $more } buzones más de los que firmaron; en su lugar podría haber firmado el servicio.
trust-batched = Las firmas se publican en tandas de 64, o cada hora.
trust-private = Las firmas se publican en tandas de 256, o una vez al día.
trust-prompt = Esta petición publica cada firma en el acto. Quien observe puede saber cuándo firmó alguien y de qué confirmación procede. Sirve para demostraciones, no para peticiones que puedan perjudicar a quienes firman.
trust-how = Cómo funciona y qué no puede hacer

dates-title = Fechas
dates-opens = Apertura
dates-confirm = Última confirmación
dates-submit = Última firma
dates-withdraw = Retirar la firma hasta

said-title = Qué ha sido de ella
said-delivered = Entregada a
said-answered = Respondida por
said-link = Dónde se puede leer la respuesta
withheld-title = El texto no se muestra aquí
withheld-says = Una ley exige que este servicio ya no muestre la carta. Su huella, que es la dirección de esta página, y el recuento permanecen.
withheld-authority = Exigido por
withheld-law = Ley
withheld-since = Desde
withheld-name = Petición { $id }
updates-title = Novedades de la organización

share-title = Compártala
share-mail = Por correo
share-copy = Copiar el enlace
share-device = Compartir…
js-copied = Copiado.
share-plain = Son enlaces sencillos. Ninguna de estas empresas sabe que ha estado aquí, salvo que siga uno de ellos.
share-feed = Canal de novedades
share-embed = Para su propio sitio web

form-title = Sume su voz
form-announced = Todavía no se puede firmar. Vuelva el día indicado arriba.
form-closing = Ya no se confirman más buzones. Si ya confirmó el suyo, aún puede terminar con el enlace de su correo.
form-closed = Esta petición está cerrada y no admite más firmas.
form-email = Su dirección de correo
form-email-hint = Enviamos allí un enlace. La dirección no se publica nunca. Se borra cuando haya usado el enlace, o a los { $days } días.
form-email-audit = También se guarda sellada para el auditor, { $auditor }, el único que puede abrirla.
form-optional = (puede quedar vacío)
form-name = Su nombre
form-name-hint = Se queda en este navegador y va sellado en su firma. No se publica.
form-show-name = Se puede mostrar mi nombre
form-show-name-hint = Por ejemplo, a los destinatarios al entregar la carta. Sin esta marca, nadie llega a verlo si usted no lo muestra.
form-share = Entregar lo que escribo a { $organiser }
form-share-hint = Nombre, región y comentario, sellados de modo que nadie más puede leerlos, cuando su firma esté publicada. No su dirección de correo, salvo que la añada en su recibo. Allí puede retirarlo; lo copiado hasta entonces queda con { $organiser }.
form-region = Dónde vive
form-region-hint = Su país o región. Va sellado en su firma, como el nombre.
form-region-roll-hint = Su país o región. Acompaña a su confirmación, ilegible para el público; un auditor puede abrirlo de forma confidencial.
form-comment = Por qué le importa
form-comment-hint = Va sellado en su firma, como el nombre.
form-later = Su navegador no ejecuta aquí programas. Le preguntaremos el nombre y lo demás más tarde, en la página del enlace de su correo.
form-updates = Escríbanme sobre cómo sigue esto
form-updates-hint = Solo entonces guardamos su dirección. Cada correo lleva un enlace para dejarlo.
form-button = Sume su voz
form-next = Después: abra el enlace de nuestro correo y pulse allí el botón. Entonces cuenta su firma.
form-lost = ¿Ya firmó y ha cambiado de idea o ha perdido el recibo?

# The feed.
feed-milestone = Se ha publicado la firma número { $number }
feed-milestone-text = El registro público de esta petición contiene ya { $number } firmas o más.

# El registro público.
record-title = El registro público
record-lead = Todo lo que respalda el recuento, para quien prefiera comprobar a creer. Nada de esto trata de una persona.
record-service-lead = Todo lo que respalda los recuentos de este servicio, para quien prefiera comprobar a creer. Nada de esto trata de una persona.
record-empty = Todavía no se ha publicado nada. Las primeras cifras aparecen con la primera publicación.
record-growing = La petición no está cerrada definitivamente: las cifras aún cambian, y cada cambio se publica.
record-final = La petición está cerrada definitivamente. Ya no se puede añadir ninguna confirmación ni firma; las firmas aún se pueden retirar o tachar, y aquí se ve.
record-numbers = Las cifras
record-people = Las personas que hay detrás
record-check = Compruébelo usted mismo
record-files = Los archivos, para quien quiera cada byte
record-petition = Petición
record-journal = El diario
record-journal-says = El servicio lleva una sola lista de declaraciones, el diario: qué petición se publicó, cuánto medían sus listas en cada publicación, qué se cerró. Se pueden añadir entradas, pero no cambiar ni quitar ninguna sin que todos lo vean.
record-journal-size = Entradas
record-journal-origin = Nombre
erased-title = Lo que se borró
erased-lead = Claves que se destruyeron al terminar el plazo que nombra la petición. Sin su clave, nadie puede volver a leer lo que sellaba, ni de ninguna copia.
erased-vault = los registros para la auditoría
erased-subscriptions = las direcciones de quienes querían novedades
erased-disclosures = los nombres y comentarios que los firmantes quisieron mostrar o entregar a quien organiza
erased-invitations = las marcas de los buzones invitados
erased-identity-key = la mitad de quien confirma de la clave que encuentra un buzón en la lista
erased-tag-key = la mitad de quien cuenta de la clave que encuentra un buzón en la lista

number-roll = Buzones confirmados
number-roll-says = Cada uno es un buzón cuyo dueño abrió nuestro enlace y pulsó el botón. Un buzón está una sola vez en esta lista.
number-signatures = Firmas
number-signatures-says = Cada una fue admitida por un buzón confirmado, y nunca puede haber más que buzones. Algunas personas confirman y no siguen, así que puede haber menos.
number-withdrawals = Retiradas
number-withdrawals-says = Firmas que sus firmantes retiraron, con una clave que solo ellos tienen.
number-strikes = Tachados
number-strikes-says = Buzones confirmados que el servicio quitó, cada uno con un motivo publicado.
number-ceiling = Como máximo
number-ceiling-says = Las firmas menos las retiradas. No pueden quedar más en pie.
number-count = El recuento
number-count-says = Las firmas, menos las retiradas, menos todo lo tachado. Al menos tantas quedan en pie.
number-waiting = En camino
number-waiting-says = Entregadas y aún sin publicar. Esta cifra no está verificada: solo tiene la palabra del servicio.
reasons-title = Por qué se tacharon buzones
reasons-reason = Motivo
reasons-number = Buzones
reason-fraud = La confirmación se obtuvo con fraude
reason-duplicate-person = La misma persona tiene otra entrada
reason-signers-request = Lo pidió quien firmó
reason-erasure = Hubo que borrar los datos de quien firmó

check-receipt-title = Compruebe una firma
check-receipt = ¿Ha firmado? Su recibo demuestra que su firma está entre las contadas.
check-receipt-link = Comprobar un recibo
check-replay-title = Cuéntelas todas
check-replay = Una sola orden descarga los archivos públicos, reconstruye todas las listas, comprueba cada firma y suma por su cuenta. También funciona con una copia, sin este servicio.
check-compare-title = Compare con otros
check-compare = Si a dos personas se les muestra el mismo punto de control, se les muestran las mismas listas. Los testigos comparan para todos; cualquier otro también puede.

proves-title = Qué demuestra esto
proves-1 = El recuento es la suma de lo que hay en las listas publicadas.
proves-2 = No se añadió ninguna firma sin un buzón confirmado, y ninguna se contó dos veces.
proves-3 = Lo publicado una vez ha permanecido. Cada bajada está en una lista, con su motivo.
proves-4 = La carta es la que la gente firmó: su huella es la dirección de la petición.
proves-not-title = Qué no demuestra
proves-not-1 = Que quienes firman sean humanos. Un buzón no es una persona.
proves-not-2 = Que todos los buzones pertenezcan a personas reales. El servicio podría inventar buzones; solo una auditoría de las personas que hay detrás le pone límite.
proves-not-3 = Que a todos se les muestren las mismas listas, salvo que la gente o los testigos comparen.
proves-not-4 = Que esta misma página sea honrada hoy. La orden de arriba no necesita esta página.

files-lead = Cada lista es un árbol de Merkle: una huella corta, su raíz, representa todas las entradas. Si cambiara una entrada, cambiaría la raíz.
files-roots = Tamaños y raíces en la última publicación
files-tree = Lista:
files-list = Lista
files-size = Entradas
files-root = Raíz
files-petition = Petición
files-tally = Estos tamaños y raíces están en la entrada { $index } del diario del servicio.
files-checkpoint = El punto de control del diario
files-checkpoint-says = Un único texto firmado con el que se puede demostrar cada cifra de este servicio.
files-no-witnesses = Ningún testigo lo ha firmado además del servicio. Entonces solo comparando se ve si a otros se les muestra lo mismo.
files-witnesses = Firmado además por estos testigos, que han visto que solo ha crecido:
files-checkpoint-show = Mostrar el punto de control sobre { $size } entradas
files-attestations = Certificaciones
files-attestations-says = { $n ->
    [one] La organización ha firmado aquí { $number } declaración del recuento.
   *[other] La organización ha firmado aquí { $number } declaraciones del recuento.
} Se pueden comprobar sin este servicio.
files-raw = Archivos para descargar
files-manifest = La petición, palabra por palabra
files-journal = El punto de control del diario
files-tallies = Todas las publicaciones
files-count = El recuento con su prueba
files-formats = Las listas son registros tlog-tiles, al pie de la letra de C2SP, bajo la dirección de esta petición.
files-keys = Claves
files-keys-says = Con estas claves firma el servicio su diario. Consígalas también por otra vía y compare.
files-key = Clave

others-title = Para otros sitios web
others-lead = Ambos muestran el recuento verificado y lo siguen. No usan cookies ni cargan nada de otro lugar.
others-frame = Recuento y formulario
others-badge = El recuento como insignia
others-data = Datos

# Cómo funciona.
how-title = Cómo funciona
how-lead = Aquí una petición se cuenta como unas elecciones: hay un censo de quienes pueden firmar y una urna en la que nadie puede mirar. Ambos son públicos y ninguno contiene nombres.
how-picture = Cómo pasa una firma por el servicio
how-you = Usted
how-you-says = confirma su buzón y firma en su propio dispositivo.
how-roll = El censo
how-roll-says = anota que un buzón ha confirmado, y sella una papeleta para él sin ver qué pone.
how-box = La urna
how-box-says = admite una vez cada papeleta con sello auténtico. Nada en ella lleva a un buzón.
how-picture-says = Su dispositivo desenvuelve la papeleta sellada antes de entregarla. Así el sello es auténtico, y quien lo puso no reconoce la papeleta.
how-steps = Paso a paso
how-step-1 = Pide un enlace
how-step-1-says = Escribe su dirección y le enviamos un enlace. La respuesta de la página es la misma para cualquier dirección, para que aquí nadie pueda averiguar quién ha firmado.
how-step-2 = Confirma
how-step-2-says = La página del enlace tiene un botón; solo cuenta el botón, porque los programas de correo siguen los enlaces. Su buzón recibe una entrada en el censo: un número sin significado para nadie de fuera.
how-step-3 = Firma
how-step-3-says = Su dispositivo crea una clave nueva, hace sellar su papeleta sin que se vea y la echa en la urna. Lo que usted rellenó va sellado dentro, y solo usted puede abrirlo.
how-step-4 = Se publica
how-step-4-says = Las entradas salen en tandas, en un orden que no dice nada. Desde entonces su firma cuenta y no puede desaparecer sin que se vea.
how-step-5 = Guarda un recibo
how-step-5-says = Demuestra que su firma está en la urna, a usted y a quien se lo enseñe. Con él también puede retirar la firma. No tenemos copia.
how-checks = Qué puede comprobar cualquiera
how-check-1 = Que el recuento es lo que hay en las listas, hasta la última firma.
how-check-2 = Que nunca hay más firmas que buzones confirmados.
how-check-3 = Que ningún buzón está dos veces en el censo bajo su número, y ninguna papeleta se cuenta dos veces.
how-check-4 = Que nada de lo publicado se ha cambiado ni quitado.
how-check-5 = Que la carta es la que la gente firmó.
how-unseen = Qué no puede ver nadie en los archivos públicos
how-unseen-1 = Quién firmó: ni nombre, ni dirección, ni comentario.
how-unseen-2 = Si una dirección concreta ha firmado.
how-unseen-3 = Cuándo firmó alguien, con más detalle que una tanda.
how-unseen-4 = Qué entrada del censo corresponde a qué papeleta, salvo que la petición publique cada firma en el acto.
how-parties = Quién se entera de qué
party-who = Quién
party-learns = Se entera de
party-could = Podría hacer mal
party-public = El público
party-public-learns = Las cifras a lo largo del tiempo, la carta, cada entrada
party-public-could = Nada
party-registrar = Quien lleva el censo
party-registrar-learns = Qué buzones confirmaron y cuándo
party-registrar-could = Firmar por quienes confirmaron y no siguieron; inventar buzones, si una auditoría no los descubre; tachar entradas, lo cual se ve
party-ledger = Quien lleva la urna
party-ledger-learns = Cuándo llegó una papeleta y desde qué red
party-ledger-could = Retrasar o rechazar papeletas, contra lo cual usted tiene una promesa firmada
party-both = Ambos, si una organización hace los dos papeles, como es habitual
party-both-learns = Lo que registró mientras usted firmaba; y si una dirección dada está en el censo
party-both-could = Subir el recuento con buzones inventados
party-organiser = La organización
party-organiser-learns = Las cifras; y de quienes quisieron entregárselo, lo que escribieron. Las novedades salen por el servicio: la organización no recibe sus direcciones
party-organiser-could = Cambiar fechas dentro de las reglas
party-provider = Su proveedor de correo
party-provider-learns = Que usted recibió un enlace, y el enlace
party-provider-could = Confirmar en su lugar
how-limits = Dónde termina
how-limits-lead = Ningún recuento puede demostrarlo todo. Estos son los límites de este.
how-limit-1 = Una lista no puede demostrar que quienes firman sean humanos, y un buzón no es una persona.
how-limit-2 = El servicio puede inventar buzones. Solo una auditoría de las personas que hay detrás le pone límite; mientras no la haya, su número depende de su palabra.
how-limit-3 = Quien vigile su buzón se entera de que confirmó.
how-limit-4 = Alguien puede presionarle para que enseñe su recibo, que demuestra cómo firmó.
how-limit-5 = Sin testigos, a dos personas se les podrían mostrar dos diarios distintos. Lo ven cuando comparan.
how-limit-6 = Mientras firma en el navegador, confía en la página que le envía este servicio. La línea de órdenes no depende de ella.
how-limit-7 = Confirmar y firmar ocurre en segundos. Quien registrara redes y horas en ese momento podría unir ambas cosas; si le preocupa, espere entre medias o cambie de red.
how-limit-8 = Si una petición publica cada firma en el acto, cualquiera puede emparejar confirmaciones y firmas. Su página lo dice.
how-more = Más
how-more-says = Los formatos, las reglas del recuento y el modelo de amenazas son públicos, igual que el programa.

# Names that signers show to everybody.
names-title = Nombres y comentarios
names-count = { $n ->
    [0] Nadie muestra aquí un nombre ni un comentario.
    [one] Una persona firmante muestra un nombre o un comentario.
   *[other] { $count } firmantes muestran un nombre o un comentario.
}
names-note = Cada una de estas personas ha firmado y ha decidido mostrar esto a todo el mundo; eso está comprobado. Un nombre es palabra de quien lo escribe: nadie ha comprobado quién es. La mayoría de los firmantes no muestra nada, y el recuento no depende de esta lista. Va por orden de nombres y no dice nada sobre cuándo firmó nadie.
names-nameless = Sin nombre
names-before = Nombres anteriores
names-after = Más nombres
names-data = Lo mismo para programas (JSON)
