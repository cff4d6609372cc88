/** Why a message is not believed: a line for the log. Whoever sent it learns only that it was refused. */
export class Rejected extends Error {
  override readonly name = 'Rejected'
}
