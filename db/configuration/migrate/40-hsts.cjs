// A server that was set up before there was HSTS for all sites keeps them as they are: browsers remember it for two years.
module.exports = database => {
  const property = name => (database.has('modSSL') ? database.getprop('modSSL', name) : undefined)
  if (property('status') !== undefined && property('HSTS') === undefined) database.setprop('modSSL', 'HSTS', 'disabled')
}
