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
