/** Why an alert was not delivered. The message names the host at most: addresses and keys are secret. */
export class DeliveryFailure extends Error {
  override readonly name = 'DeliveryFailure'
  /** Whether it may succeed later. */
  readonly isTemporary: boolean
  /** How long to wait at the least, as the receiver asks. */
  readonly retryAfterMs: number
  /** Whether another alert may get through: the receiver is there, and failed at this one. */
  readonly isOfAlert: boolean

  constructor(message: string, isTemporary: boolean, retryAfterMs = 0, isOfAlert = false) {
    super(message)
    this.isTemporary = isTemporary
    this.retryAfterMs = retryAfterMs
    this.isOfAlert = isOfAlert
  }
}
