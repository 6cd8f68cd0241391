# TLS for remote desktops with the certificate of scepd whose profile says usage = "generic", extended-key-usage =
# ["server-auth"] and, in its deploy table, preset = "xrdp".
# sed -i -f xrdp.sed /etc/xrdp/xrdp.ini; adduser xrdp ssl-cert; systemctl restart xrdp
s,^certificate=.*,certificate=/etc/xrdp/scepd/cert.pem,
s,^key_file=.*,key_file=/etc/xrdp/scepd/key.pem,
