# Correos. Un mensaje por párrafo.
mail-date = { $day } de { $month ->
    [1] enero
    [2] febrero
    [3] marzo
    [4] abril
    [5] mayo
    [6] junio
    [7] julio
    [8] agosto
    [9] septiembre
    [10] octubre
    [11] noviembre
   *[12] diciembre
 } de { $year }, { $time } UTC
mail-asked-by = { $organiser } recoge firmas para ella en { $service }.
mail-command-line = ¿Usa la línea de órdenes? Copie el enlace completo y péguelo allí.

mail-confirm-subject = Confirme su firma: { $title }
mail-confirm-why = Alguien, probablemente usted, ha dado esta dirección para firmar esta petición:
mail-confirm-do = Para firmar, abra este enlace; en la página hay un botón:
mail-confirm-until = Abrir la página todavía no firma nada; solo lo hace su botón. El enlace funciona hasta el { $until }.
mail-confirm-with-updates = Al firmar también pide recibir por correo novedades sobre esta petición.
mail-confirm-without-updates = No recibirá ningún otro correo sobre ella.
mail-confirm-then = Qué ocurre después: su buzón se cuenta una sola vez, con un código que nadie más puede leer. La firma se hace en su propio dispositivo; quién ha firmado no se hace público. Recibe un recibo con el que puede comprobar en cualquier momento que su firma está contada, y también retirarla.
mail-confirm-again = ¿Ya la había confirmado? Entonces el enlace se lo dice, y nada se cuenta dos veces.
mail-confirm-not-you = ¿No lo ha pedido usted? Entonces no haga caso de este correo: no se firma nada, y la solicitud se olvida después del { $until }.

mail-remove-subject = Retire su inscripción: { $title }
mail-remove-why = Alguien, probablemente usted, ha pedido que se tache la inscripción de este buzón en la lista de esta petición:
mail-remove-do = Si confirmó esta petición con este buzón y ya no quiere que se le cuente, abra este enlace; en la página hay un botón:
mail-remove-until = El enlace funciona hasta el { $until }. Una inscripción tachada no se puede restablecer, y este buzón no podrá volver a firmar esta petición. Si aún conserva su recibo, puede retirar con él su firma en lugar de hacer esto.
mail-remove-not-you = ¿No lo ha pedido usted? Entonces no haga caso de este correo: no ocurre nada, y la solicitud se olvida después del { $until }.

mail-data-subject = Lo que se guarda sobre su buzón
mail-data-why = Alguien, probablemente usted, ha preguntado a { $service } qué guarda sobre este buzón.
mail-data-do = Para verlo, o para hacer que se borre, abra este enlace; en la página hay dos botones:
mail-data-until = Abrir la página todavía no hace nada. El enlace funciona hasta el { $until }. No lo reenvíe: quien lo tenga puede leer lo que se guarda sobre usted.
mail-data-petition = Se pidió en las páginas de esta petición:
mail-data-not-you = ¿No lo ha pedido usted? Entonces no haga caso de este correo: no ocurre nada, y la solicitud se olvida después del { $until }.

mail-invite-subject = Una invitación a firmar: { $title }
mail-invite-why = { $organiser } le invita a firmar esta petición y dice que usted aceptó que se le preguntara:
mail-invite-do = Para leerla y firmar, abra este enlace; en la página hay un botón:
mail-invite-again = ¿Ya ha firmado? Entonces el enlace se lo dice, y nada se cuenta dos veces. { $organiser } no llega a saber quién firma ni quién ha firmado.
mail-invite-once = Recibe un solo correo así sobre esta petición, sin recordatorios. { $organiser } dio su dirección a { $service } solo para este correo; si no hace nada, se olvida después del { $until }.
mail-invite-stop = Para no recibir nunca más invitaciones de { $service }, abra este enlace; en la página hay un botón:

mail-subscribed-subject = Recibirá novedades: { $title }
mail-subscribed-why = Ha confirmado esta petición y ha pedido recibir novedades sobre ella:
mail-subscribed-then = { $organiser } recoge firmas para ella en { $service } y puede escribirle acerca de ella. Su dirección se guarda solo para eso y no se entrega a nadie.
mail-subscribed-end = Para dejar de recibirlas, en cualquier momento, abra este enlace; en la página hay un botón:

mail-struck-subject = Su inscripción se ha tachado: { $title }
mail-struck-why = Quien gestiona { $service } ha tachado la inscripción de este buzón de la lista de esta petición:
mail-struck-fraud = El motivo indicado es que la confirmación se obtuvo con fraude: no por usted, o no de la manera que permiten las reglas.
mail-struck-duplicate = El motivo indicado es que la misma persona tiene otra inscripción.
mail-struck-then = La tachadura y su motivo son públicos; su dirección y su nombre, no. El recuento baja en uno. Este buzón no podrá volver a firmar esta petición.
mail-struck-appeal = ¿Cree que es un error? Escriba a { $appeals } y explique por qué. La tachadura en sí no se puede deshacer. También puede protestar en público: la tachadura y su motivo están a la vista de todos.
mail-struck-appeal-anywhere = ¿Cree que es un error? Escriba a quienes gestionan { $service } y explique por qué. La tachadura en sí no se puede deshacer. También puede protestar en público: la tachadura y su motivo están a la vista de todos.
mail-struck-end = Sigue recibiendo novedades sobre esta petición. Para dejar de recibirlas, abra este enlace; en la página hay un botón:

mail-update-why = { $organiser } le escribe acerca de esta petición porque usted pidió recibir novedades:
mail-update-end = Para no recibir más, abra este enlace; en la página hay un botón:
