// The default was public, and it opened paths below proxies that are not for everybody. What it means now has words of its own.
module.exports = database => {
  for (const key of database.keys('location'))
    if (database.getprop(key, 'access') === 'public') database.setprop(key, 'access', 'inherit')
}
