// The reference packages by which tests check a hold, for modules outside this folder, which cannot name them.

// Read by them when they are loaded, hence the late imports.
process.env.LOG_ENABLED ??= 'false'

export const { IdResolver, MemoryCache } = await import('@atproto/identity')
export const { MemoryBlockstore, Repo, readCarWithRoot, verifyDiffCar, verifyProofs, verifyRepoCar } =
  await import('@atproto/repo')
export const { Firehose } = await import('@atproto/sync')
