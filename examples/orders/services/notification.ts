import { log } from './log'
import { topics } from './order'
import { runStage } from './stage'
import { traced } from './traced'

void runStage({
  name: 'notification',
  span: 'notify_order',
  from: topics.processed,
  to: topics.notified,
  async work(order, { simulator }) {
    await traced('message_formatting', async () => {
      await simulator.simulate(order.id, order.workload)
      log.info({ order: order.id }, `dear ${order.customer}: we have your order of ${(order.total ?? 0).toFixed(2)} €`)
    })
    return order
  },
})
