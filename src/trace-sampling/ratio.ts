/**
 * The ratio that the samplers of this thread keep to, if there are any: for the metrics, which need not load a sampler.
 */
export const samplingRatio: { current: (() => number) | undefined } = { current: undefined }
