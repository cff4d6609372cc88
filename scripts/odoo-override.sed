# What an administrator types into a copy of the fragment VirtualHosts/25SSLDirectives, so that one name goes to Odoo
# (which listens in clear on port 8069 of this machine), always over TLS: sed -f scripts/odoo-override.sed SHIPPED > COPY
/^if (!item\.ssl) return/i\
const odoo = item.name === 'odoo.micronator-101.org'\
if (odoo && !item.ssl) return '    # redirection of Odoo to HTTPS\\n    Redirect / https://odoo.micronator-101.org/\\n'
$a\
<% if (odoo) { %>\
\    # redirection of requests to Odoo\
\    ProxyPass / http://localhost:8069/ retry=0\
\    ProxyPassReverse / http://localhost:8069/\
<% } %>
