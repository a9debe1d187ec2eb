import { setTimeout as sleep } from 'node:timers/promises'
import { type PartitionAssigner, PartitionAssigners } from 'kafkajs'

const WAIT_MS = 400

/**
 * Round robin, a moment later. The mock broker takes the group for settled when its leader has shared out the partitions,
 * and refuses members that ask for theirs only then.
 */
export const patientRoundRobin: PartitionAssigner = (config) => {
  const roundRobin = PartitionAssigners.roundRobin(config)
  return {
    ...roundRobin,
    async assign(group) {
      await sleep(WAIT_MS)
      return roundRobin.assign(group)
    },
  }
}
