package esmith::ConfigDB::Record;

use strict;
use warnings;

our @ISA = 'esmith::DB::db::Record';

require esmith::DB::db::Record;

1;
