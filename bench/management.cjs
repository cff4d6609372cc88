// Stands for the management interface of OpenVPN with many clients: SOCKET NUMBER. It answers `status 3` and nothing else.
const [, , socket, count] = process.argv
const titles =
  'Common Name\tReal Address\tVirtual Address\tVirtual IPv6 Address\tBytes Received\tBytes Sent\tConnected Since'
const header = `HEADER\tCLIENT_LIST\t${titles}\tConnected Since (time_t)\tUsername\tClient ID\tPeer ID\tData Channel Cipher`
const rows = Array.from({ length: Number(count) }, (_, index) => {
  const [name, address] = [`c${String(index * 7).padStart(5, '0')}`, `198.51.100.7:${20000 + index}`]
  const since = '2026-11-25 20:00:00\t1795636800'
  return `CLIENT_LIST\t${name}\t${address}\t10.8.0.${index}\t\t123456\t654321\t${since}\tUNDEF\t${index}\t${index}\tAES-256-GCM`
})
const answer = ['TITLE\tOpenVPN', header, ...rows, 'END', ''].join('\r\n')
require('node:net')
  .createServer(client => {
    client.write(">INFO:OpenVPN Management Interface Version 5 -- type 'help' for more info\r\n")
    client.on('data', () => client.write(answer))
    client.on('error', () => {})
  })
  .listen(socket)
