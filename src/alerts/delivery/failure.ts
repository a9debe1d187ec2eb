/** Why an alert was not delivered. The message names the host at most: addresses and keys are secret. */
export class DeliveryFailure extends Error {
  override readonly name = 'DeliveryFailure'
  /** Whether it may succeed later. */
  readonly isTemporary: boolean
  /** How long to wait at the least, as the receiver asks. */
  readonly retryAfterMs: number

  constructor(message: string, isTemporary: boolean, retryAfterMs = 0) {
    super(message)
    this.isTemporary = isTemporary
    this.retryAfterMs = retryAfterMs
  }
}
