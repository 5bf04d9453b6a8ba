// Every page that the general tests visit and the screenshots show.
export const PAGES = [
  { name: 'home', path: '/', status: 200 },
  { name: 'not-found', path: '/no/such/page', status: 404 },
]
