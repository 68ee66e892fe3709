# Páginas que ve todo el mundo.
site-name = undersigned
site-tagline = Peticiones cuyo recuento puede comprobar cualquiera y cuyos firmantes nadie puede ver
skip-to-content = Ir al contenido
footer-check = Comprobar un recibo
footer-how = Cómo funciona
footer-record = El registro público
footer-language = Idioma

home-title = Peticiones
home-none = Aquí todavía no hay ninguna petición publicada.

problem-title = No ha funcionado
problem-not-found = Esta página no existe.
problem-unknown-petition = Aquí no existe esa petición.
problem-other = Algo ha fallado. Inténtelo de nuevo dentro de un momento.
