/** Who lowers the sampling ratio of this thread's tracer providers; told to metrics without loading a sampler for it. */
export const samplingRatio: { current: (() => number) | undefined } = { current: undefined }
