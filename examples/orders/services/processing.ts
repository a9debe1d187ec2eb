import { topics } from './order'
import { runStage } from './stage'
import { traced } from './traced'

void runStage({
  name: 'processing',
  span: 'process_order',
  from: topics.orders,
  to: topics.processed,
  async work(order, { simulator }) {
    const total = await traced('data_transformation', () =>
      order.items.reduce((sum, { quantity, price }) => sum + quantity * price, 0),
    )
    await traced('business_logic', () => simulator.simulate(order.id, order.workload))
    return { ...order, total }
  },
})
