import { connect } from 'node:net'
import { Failure } from '../base/failure.ts'
import { type Answer, type Asked, frame, frames, LARGEST_ANSWER, type Request } from './protocol.ts'

/** The helper, as the web part sees it. Each question has a connection of its own. */
export class Client {
  readonly #socket: string

  /** @param socket the path of the helper's socket */
  constructor(socket: string) {
    this.#socket = socket
  }

  /**
   * Asks, and takes the answer.
   * @throws Failure if the helper cannot be reached, or goes away
   */
  async ask(request: Exclude<Request, Asked['follow']>): Promise<Answer> {
    for await (const answer of this.#answers(request)) return answer
    throw new Failure('the helper has ended without an answer')
  }

  /** The lines of a run, and how it ended. @param gone ends it */
  follow(request: Asked['follow'], gone: AbortSignal): AsyncGenerator<Answer> {
    return this.#answers(request, gone)
  }

  async *#answers(request: Request, gone?: AbortSignal): AsyncGenerator<Answer> {
    const socket = connect(this.#socket)
    gone?.addEventListener('abort', () => socket.destroy(), { once: true })
    socket.write(frame(request))
    try {
      // The helper speaks this protocol: it is the same program.
      for await (const answer of frames(socket, LARGEST_ANSWER)) yield answer as Answer
    } catch (error) {
      if (gone?.aborted !== true) throw new Failure('the helper cannot be reached', { cause: error })
    } finally {
      socket.destroy()
    }
  }
}
