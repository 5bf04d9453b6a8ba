// Every page that the general tests visit and the screenshots show. What is in them comes from sample_images.mjs.
export const PAGES = [
  { name: 'home', path: '/', status: 200 },
  { name: 'not-found', path: '/no/such/page', status: 404 },
  { name: 'person', path: '/u/alice.test', status: 200 },
  { name: 'person-without-images', path: '/u/bob.test', status: 200 },
  { name: 'repository', path: '/r/alice.test/harbour-master', status: 200 },
  { name: 'no-repository', path: '/r/alice.test/nothing', status: 404 },
  { name: 'tags', path: '/r/alice.test/harbour-master/-/tags', status: 200 },
  { name: 'tags-none-match', path: '/r/alice.test/harbour-master/-/tags?filter=zzz', status: 200 },
  { name: 'index', path: '/r/alice.test/harbour-master:latest', status: 200 },
  { name: 'image', path: '/r/alice.test/tools/tide-table:edge', status: 200 },
  { name: 'chart', path: '/r/alice.test/charts/harbour:2.1.0', status: 200 },
]
