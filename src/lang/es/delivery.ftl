# Lo que se entrega a quienes va dirigida una petición: letter.pdf, check.html, README.txt.
delivery-to = A
delivery-from = De
delivery-count = { $n ->
    [one] { $count } firma
   *[other] { $count } firmas
}
delivery-as-of = a fecha de { $time } (UTC)
delivery-range = { $strikes ->
    [one] El recuento es un mínimo. Se tachó una entrada de la lista de buzones confirmados y nadie puede saber si su titular había firmado. Por eso se resta: hay al menos { $count } y como máximo { $ceiling } firmas.
   *[other] El recuento es un mínimo. Se tacharon { $strikes-text } entradas de la lista de buzones confirmados y nadie puede saber si sus titulares habían firmado. Por eso se restan todas: hay al menos { $count } y como máximo { $ceiling } firmas.
}
delivery-how-title = Qué se contó y cómo
delivery-how-mailbox = Cada firma corresponde a un buzón de correo que se confirmó con un enlace enviado a él. Se confirmaron { $roll } buzones; cada buzón firma una sola vez.
delivery-how-secret = Quién firmó es secreto, también para quien organiza y para el servicio. Los buzones y las firmas no se pueden relacionar; ustedes solo conocen a quienes eligieron mostrarse.
delivery-how-back = { $withdrawals ->
    [0] Nadie ha retirado su firma.
    [one] Se retiró una firma, que no se cuenta.
   *[other] Se retiraron { $withdrawals-text } firmas, que no se cuentan.
}
delivery-how-public = Ambas listas son públicas y solo pueden crecer. Cualquiera puede repetirlas desde la primera entrada y obtiene el mismo recuento.
delivery-how-signed = Quien organiza firmó este recuento con la clave que figura en la petición, y el archivo lo demuestra a partir del registro público.
delivery-check-title = Compruébenlo ustedes
delivery-check-open = Abran check.html, que acompaña a esta carta. Funciona sin red y muestra cada paso de la prueba.
delivery-check-code = O sigan esta dirección al registro público de la petición, con el código o a mano:
delivery-check-hash = El registro incluye la atestación con este número (SHA-256). Si el suyo es distinto, la carta no trata de ese recuento:
delivery-qr = Código QR con la dirección del registro público
delivery-page = Página { $page } de { $pages }

# check.html
delivery-html-title = Comprobar esta petición
delivery-html-lead = Esta página comprueba, en su propio equipo y sin red, lo que se le ha entregado.
delivery-html-script = Esta página necesita JavaScript para comprobar los archivos. Sin él, la orden "undersigned verify attestation.txt" hace lo mismo.
delivery-html-working = Comprobando…
delivery-html-good = La comprobación es correcta
delivery-html-good-text = El registro público tenía este recuento en ese momento, y quien organiza lo afirma.
delivery-html-bad = La comprobación no es correcta
delivery-html-bad-text = Algo en este archivo se cambió, o no lo hizo quien organiza. No se fíe de él. Pregunte a quien organiza o consulte el registro público.
delivery-html-unable = Este navegador no puede comprobar el archivo
delivery-html-unable-text = Le falta la criptografía que necesita la comprobación. Abra la página en un navegador actual.
delivery-html-step-read = El archivo se puede leer
delivery-html-step-manifest = Trata de esta petición: su texto da exactamente el número que es su nombre
delivery-html-step-organiser = La clave de quien organiza, que figura en la petición, firmó el recuento
delivery-html-step-journal = El recuento figura en el diario público, firmado con las claves del diario
delivery-html-step-numbers = Todos los números se siguen de la entrada del diario
delivery-html-held = correcto
delivery-html-failed = incorrecto
delivery-html-open = sin comprobar
delivery-html-reason = Lo que se encontró
delivery-html-signatures = firmas
delivery-html-between = al menos { "{$count}" }, como máximo { "{$ceiling}" }
delivery-html-moment = A fecha de
delivery-html-organiser = Organiza
delivery-html-recipients = Va dirigida a
delivery-html-id = Número de la petición
delivery-html-digest = Atestación (SHA-256)
delivery-html-letter = La carta
delivery-html-limits-title = Qué demuestra esto y qué no
delivery-html-limits = Demuestra que el registro público tenía estos tamaños en ese momento. Se fía de las claves que figuran en la propia petición: compare el número de la petición de arriba con el que muestran quien organiza o el registro público. Que a todo el mundo se le muestre el mismo registro lo vigilan auditores y testigos; "undersigned audit" lo repite desde la primera entrada.

# README.txt
delivery-readme-intro = Esta carpeta se entregó para la petición «{ $title }» de { $organiser }.
delivery-readme-count = Tenía { $count } a fecha de { $time } (UTC).
delivery-readme-files = Contiene:
delivery-readme-pdf = la carta, el recuento y cómo se obtuvo; para leer y archivar
delivery-readme-text = la carta como texto sin formato, en todos sus idiomas
delivery-readme-html = ábralo en cualquier navegador: comprueba el recuento por sí mismo, sin red
delivery-readme-attestation = el recuento firmado por quien organiza, con su prueba
delivery-readme-pack = lo mismo para programas, con el texto exacto de la petición
delivery-readme-csv = quienes eligieron mostrarse a ustedes: nombre, región, comentario. Son datos personales: úsenlos solo para este fin y bórrenlos al terminar.
delivery-readme-check = Para comprobarlo con un programa de su elección, vean la especificación que acompaña a undersigned, o ejecuten: undersigned verify attestation.txt
delivery-readme-record = El registro público: { $url }

# El correo que la lleva.
delivery-mail-subject = { $count } para: { $title }
delivery-mail-text = { $organiser } les entrega la petición «{ $title }». Tenía { $count } a fecha de { $time } (UTC).
delivery-mail-attached = Todo está en el archivo adjunto: la carta, el recuento con su prueba y una página que lo comprueba por sí misma.
delivery-mail-linked = Todo está en un solo archivo, demasiado grande para un correo: la carta, el recuento con su prueba y una página que lo comprueba por sí misma. Pueden descargarlo aquí hasta el { $until } (UTC):
delivery-page-title = Paquete de entrega
delivery-page-lead = Para los destinatarios de esta petición: la carta, el recuento con su prueba y una página que lo comprueba por sí misma, en un solo archivo de { $size } megabytes.
delivery-page-names = Puede nombrar a personas que eligieron mostrarse a los destinatarios, y a nadie más.
delivery-page-until = El enlace funciona hasta el { $until } (UTC).
delivery-page-button = Descargar petition.zip
delivery-csv-name = Nombre
delivery-csv-region = Región
delivery-csv-comment = Comentario
