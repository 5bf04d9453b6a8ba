// How Chromium is started.

export const LAUNCH = {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  // Chromium's sandbox does not run as root, and in containers everybody is.
  args: process.getuid() === 0 ? ['--no-sandbox'] : [],
}
