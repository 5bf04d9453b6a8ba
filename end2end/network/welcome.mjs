// What `make run` prints when everything is up: addresses, accounts and commands to paste.

const bold = (text) => (process.stdout.isTTY ? `\x1b[1m${text}\x1b[0m` : text)
const indented = (lines) => lines.map((line) => (line ? `  ${line}` : line)).join('\n')

/** For the local network: with accounts, their app passwords, and where to see the records. */
export function localWelcome({ url, network }) {
  const [alice] = network.accounts
  const accounts = network.accounts.map(
    (account) => `${account.handle.padEnd(12)} app password ${account.appPassword}   ${account.did}`,
  )
  const records = `${alice.pds}/xrpc/com.atproto.repo.listRecords?repo=${alice.handle}&collection=io.atcr.manifest`
  return [
    '',
    bold(`Longshore is ready at ${url}`),
    '',
    bold('Accounts'),
    indented(accounts),
    '',
    ...commands(url, alice.handle, alice.appPassword),
    bold("The manifest is a record in alice's repo"),
    indented([`curl '${records}'`]),
    '',
    'Ctrl-C stops everything and keeps the data in ./data; `make clean-data` deletes it.',
    '',
  ].join('\n')
}

/** For the public network: the account and its app password are the reader's own. */
export function atmosphereWelcome({ url, owner }) {
  return [
    '',
    bold(`Longshore is ready at ${url}, with a hold of ${owner}`),
    '',
    'Log in with your handle and an app password; on Bluesky you make one at',
    '  https://bsky.app/settings/app-passwords',
    '',
    ...commands(url, owner.startsWith('did:') ? '<your-handle>' : owner, '<app-password>'),
    'Ctrl-C stops it and keeps the data in ./data/atmosphere.',
    '',
  ].join('\n')
}

function commands(url, handle, appPassword) {
  const host = new URL(url).host
  const image = `${host}/${handle}/hello:latest`
  return [
    bold('With skopeo'),
    indented([
      `skopeo login --tls-verify=false -u ${handle} -p ${appPassword} ${host}`,
      `skopeo copy --dest-tls-verify=false oci:data/hello:latest docker://${image}`,
      `skopeo logout --tls-verify=false ${host}     # pulling needs no account`,
      `skopeo copy --src-tls-verify=false docker://${image} oci:/tmp/hello:latest`,
    ]),
    '',
    bold('With docker'),
    indented([
      `echo ${appPassword} | docker login -u ${handle} --password-stdin ${host}`,
      'docker pull hello-world',
      `docker tag hello-world ${image}`,
      `docker push ${image}`,
      `docker logout ${host}`,
      `docker pull ${image}`,
    ]),
    '',
  ]
}
