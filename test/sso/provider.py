# An identity provider in Debian's lasso, for tests: reads one order in JSON a line, answers each with one line.
import json
import sys
from urllib.parse import urlparse

import lasso

METHODS = {'redirect': lasso.HTTP_METHOD_REDIRECT, 'soap': lasso.HTTP_METHOD_SOAP}


class Provider:
    def __init__(self, metadata, key, certificate, service):
        self.server = lasso.Server.newFromBuffers(metadata, key, None, certificate)
        self.server.addProviderFromBuffer(lasso.PROVIDER_ROLE_SP, service)
        self.server.signatureMethod = lasso.SIGNATURE_METHOD_RSA_SHA256
        self.sessions = {}

    def login(self, url, user, index, until, groups):
        login = lasso.Login(self.server)
        login.processAuthnRequestMsg(urlparse(url).query)
        login.validateRequestMsg(True, True)
        login.buildAssertion(lasso.SAML2_AUTHN_CONTEXT_PASSWORD, until, until, '2020-01-01T00:00:00Z', until)
        login.assertion.subject.nameId.content = user
        login.assertion.subject.nameId.format = lasso.SAML2_NAME_IDENTIFIER_FORMAT_PERSISTENT
        login.assertion.authnStatement[0].sessionIndex = index
        login.assertion.authnStatement[0].sessionNotOnOrAfter = until
        if groups:
            login.assertion.attributeStatement = [statement('groups', groups)]
        login.buildAuthnResponseMsg()
        self.sessions[user] = login.session.dump()
        return {'body': login.msgBody, 'state': login.msgRelayState, 'url': login.msgUrl}

    def logout(self, user, name, indexes, method, signed):
        logout = lasso.Logout(self.server)
        logout.setSessionFromDump(self.sessions[user])
        if not signed:
            logout.signatureHint = lasso.PROFILE_SIGNATURE_HINT_FORBID
        logout.initRequest(None, METHODS[method])
        logout.request.nameId.content = name
        logout.request.sessionIndexes = tuple(indexes)
        logout.msgRelayState = 'state of the provider'
        logout.buildRequestMsg()
        return {'body': logout.msgBody, 'url': logout.msgUrl}

    def answered(self, user, answer):
        logout = lasso.Logout(self.server)
        logout.setSessionFromDump(self.sessions[user])
        logout.processResponseMsg(answer)
        return {}

    def left(self, user, url):
        logout = lasso.Logout(self.server)
        logout.setSessionFromDump(self.sessions[user])
        logout.processRequestMsg(urlparse(url).query)
        logout.validateRequest()
        logout.buildResponseMsg()
        return {'url': logout.msgUrl, 'user': logout.nameIdentifier.content}


def statement(name, values):
    attribute = lasso.Saml2Attribute()
    attribute.name = name
    attribute.attributeValue = [text_value(value) for value in values]
    result = lasso.Saml2AttributeStatement()
    result.attribute = [attribute]
    return result


def text_value(text):
    node = lasso.MiscTextNode.newWithString(text)
    node.textChild = True
    value = lasso.Saml2AttributeValue()
    value.any = [node]
    return value


provider = None
for line in sys.stdin:
    order = json.loads(line)
    verb = order.pop('verb')
    try:
        if verb == 'start':
            provider, answer = Provider(**order), {}
        else:
            answer = getattr(provider, verb)(**order)
    except Exception as error:
        answer = {'error': repr(error)}
    print(json.dumps(answer), flush=True)
