# shellcheck shell=sh
# The gateway for one login, with a provider that only its metadata speak of.

provider=/test/provider
openssl req -x509 -newkey rsa:2048 -nodes -days 400 -subj /CN=idp.example.net -keyout $provider.key -out $provider.crt 2> /dev/null
mkdir -p /etc/gabarit/sso
cat > /etc/gabarit/sso/provider.xml << XML
<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example.net/metadata">
<IDPSSODescriptor WantAuthnRequestsSigned="true" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
<KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>$(
    grep -v -e ----- $provider.crt | tr -d '\n'
)</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
<SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:SOAP" Location="https://idp.example.net/slo"/>
<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example.net/sso"/>
</IDPSSODescriptor></EntityDescriptor>
XML

# stranger PATTERN: what somebody who has not logged in is answered by the site of the server.
stranger() {
    says "$1" curl -sSki --resolve example.org:443:127.0.0.1 https://example.org/
}

config set sso service status enabled
db domains setprop example.org Login sso
check 'the gateway is made and started' signal-event sso-update
check 'its unit runs' soon systemctl is-active gabarit-gate.service
check 'it runs as its user' says '^gabarit-gate$' ps -o user:20= -p "$(systemctl show -P MainPID gabarit-gate.service)"
check 'a stranger is led to the login' soon stranger '^[Ll]ocation: /gabarit-sso/login'
check 'and from there to the provider, who is not there' says '^location: https://idp\.example\.net/sso\?SAMLRequest=' \
    curl -sSkiL -b '' --resolve example.org:443:127.0.0.1 https://example.org/
systemctl kill -s KILL gabarit-gate.service
check 'killed, it comes back by itself' soon systemctl is-active gabarit-gate.service
check 'and answers' soon stranger '^[Ll]ocation: /gabarit-sso/login'
systemctl stop gabarit-gate.service
check 'without it, nobody comes in' stranger '^HTTP/[0-9.]+ 503'
config setprop sso status disabled
db domains setprop example.org Login none
check 'switched off, the site is open again' signal-event sso-update
check 'nothing of it runs' not systemctl is-active gabarit-gate.service
