import { once } from 'node:events'
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http'

/** What has come back. */
export interface HttpAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** An answer that is larger than its reader can use. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge'
}

/**
 * Sends a request and takes the whole answer. How long that may take is a matter of the request's signal.
 * @param asked just made
 * @param largest what the body may have, in bytes; 0: only the head is wanted
 * @throws TooLarge
 * @throws the error of the connection
 */
export async function answerTo(asked: ClientRequest, largest: number, body?: string): Promise<HttpAnswer> {
  // Once the answer has begun, it is the answer that fails.
  asked.on('error', () => undefined).end(body)
  try {
    const [answer] = (await once(asked, 'response')) as [IncomingMessage]
    const { statusCode: status = 0, headers } = answer
    return { status, headers, body: largest === 0 ? Buffer.alloc(0) : await contentOf(answer, largest) }
  } finally {
    asked.destroy()
  }
}

async function contentOf(answer: IncomingMessage, largest: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of answer) {
    size += chunk.length
    if (size > largest) throw new TooLarge(`the answer is larger than ${Math.floor(largest / 1024)} kB`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
