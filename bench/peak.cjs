// Loaded before the measured program: writes its peak memory in KiB when it ends.
const { writeFileSync } = require('node:fs')

process.on('exit', () => writeFileSync(process.env.PEAK_REPORT, String(process.resourceUsage().maxRSS)))
