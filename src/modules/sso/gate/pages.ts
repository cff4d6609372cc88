import { escapeXml } from './saml/xml.ts'

const TEXTS = {
  left: ['You have logged out.', 'Vous êtes déconnecté.'],
  here: [
    'You have logged out here. You are still logged in at the identity provider.',
    "Vous êtes déconnecté ici. Vous êtes encore connecté auprès du fournisseur d'identité.",
  ],
  busy: ['Too many requests. Please try again in a minute.', 'Trop de demandes. Veuillez réessayer dans une minute.'],
  refused: ['This login or logout was refused.', 'Cette connexion ou déconnexion a été refusée.'],
  leave: ['Log out of all applications?', 'Se déconnecter de toutes les applications ?'],
  button: ['Log out', 'Se déconnecter'],
} as const

/** A page that only says something, in both languages: the gateway knows nothing of the visitor's. */
export function messagePage(name: 'left' | 'here' | 'busy' | 'refused'): string {
  return htmlPage(name, paragraphs(name))
}

/** The page with the button that ends the session everywhere. @param token proves that the form is ours */
export function leavePage(action: string, token: string): string {
  const button = TEXTS.button.join(' · ')
  return htmlPage(
    'button',
    `${paragraphs('leave')}<form method="post" action="${escapeXml(action)}"><input type="hidden" name="token" value="${escapeXml(token)}"><button>${button}</button></form>`,
  )
}

function paragraphs(name: keyof typeof TEXTS): string {
  const [english, french] = TEXTS[name]
  return `<p>${english}</p><p lang="fr">${french}</p>`
}

function htmlPage(title: keyof typeof TEXTS, body: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${TEXTS[title][0]}</title><main>${body}</main></html>`
}
