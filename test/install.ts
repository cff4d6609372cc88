// Installs what the tests and `npm run check` need: as root on Debian.
import { installPackages } from './support/packages.ts'

installPackages()
