import { recordValue } from './business-metrics'
import { keys, topics } from './order'
import { runStage } from './stage'
import { traced } from './traced'

void runStage({
  name: 'analytics',
  span: 'analyze_order',
  from: topics.notified,
  async work(order, { redis, simulator }) {
    await traced('data_analysis', () => simulator.simulate(order.id, order.workload))
    const { id, customer, acceptedAt, total = 0 } = order
    // By its id: an order that comes again is there already.
    const isNew = await redis.hsetnx(keys.stored, id, JSON.stringify({ customer, acceptedAt, total, at: Date.now() }))
    if (isNew === 1) recordValue(total)
    return order
  },
})
