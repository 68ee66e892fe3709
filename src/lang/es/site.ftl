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
footer-promise = Cualquier cifra de este sitio se puede volver a calcular con archivos públicos. Ningún archivo contiene nombres.

home-title = Peticiones
home-none = Aquí todavía no hay ninguna petición publicada.

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
trust-batched = Las firmas se publican en tandas de 64, o cada hora.
trust-private = Las firmas se publican en tandas de 256, o una vez al día.
trust-prompt = Esta petición publica cada firma en el acto. Quien observe puede saber cuándo firmó alguien y de qué confirmación procede. Sirve para demostraciones, no para peticiones que puedan perjudicar a quienes firman.
trust-how = Cómo funciona y qué no puede hacer

dates-title = Fechas
dates-opens = Apertura
dates-confirm = Última confirmación
dates-submit = Última firma
dates-withdraw = Retirar la firma hasta

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
