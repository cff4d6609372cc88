package Gabarit::Variables;

# The variables of a fragment: the records of the configuration, $DB, $confref, and what MORE_DATA says.
use strict;
use warnings;
use esmith::ConfigDB;
use esmith::db;

# By package: what a fragment may change, and the next one finds changed.
my %kept;

# Only what the fragment mentions: a configuration has hundreds of records.
sub install {
    my ($package, $source, $data) = @_;
    my $kept = $kept{$package} ||= prepare($package);
    my $table = $kept->{table};
    my %words = map { $_ => 1 } $source =~ /\w+(?:-\w+)*/g;
    for my $key (keys %{ $table->records }) {
        next unless $words{$key} || $key =~ /[^\w-]/ && index($source, $key) >= 0;
        my $hash = $kept->{records}{$key} ||= record($table, $key);
        tie my $line, 'Gabarit::Variables::Line', $table, $key;
        no strict 'refs';
        *{"${package}::$key"} = \$line;
        *{"${package}::$key"} = $hash if $hash;
    }
    my %given = (DB => \$kept->{DB}, confref => \$kept->{confref}, %$data);
    for my $name (keys %given) {
        no strict 'refs';
        my $value = $given{$name};
        *{"${package}::$name"} = ref $value ? $value : \$value;
    }
}

# Also imports what fragments call without saying so.
sub prepare {
    my ($package) = @_;
    eval "package $package; esmith::db->import; 1" or die $@;
    my $config = esmith::ConfigDB->open or die "there is no database configuration\n";
    return { DB => $config, confref => $config->{config}, table => $config->{table}, records => {} };
}

# The properties of a record, and its type, as a hash; undef if it has none.
sub record {
    my ($table, $key) = @_;
    my $packed = $table->records->{$key};
    my ($type, %properties) = Gabarit::Channel::unpack_words($packed);
    return undef unless %properties;
    my %props = %properties;
    $props{type} = $type;
    tie my %tied, 'Gabarit::Variables::Record', $table, $key, \%props;
    return \%tied;
}

# A record whose reads are noted. A fragment may change its own copy.
package Gabarit::Variables::Record;

use strict;
use warnings;

sub TIEHASH {
    my ($class, $table, $key, $props) = @_;
    return bless [ $table, $key, $props ], $class;
}

sub props {
    my ($table, $key, $props) = @{ $_[0] };
    $table->note($key);
    return $props;
}

sub FETCH    { return props($_[0])->{ $_[1] } }
sub STORE    { $_[0][2]{ $_[1] } = $_[2] }
sub EXISTS   { return exists props($_[0])->{ $_[1] } }
sub DELETE   { return delete $_[0][2]{ $_[1] } }
sub CLEAR    { %{ $_[0][2] } = () }
sub SCALAR   { return scalar %{ props($_[0]) } }
sub FIRSTKEY { my $props = props($_[0]); keys %$props; return each %$props }
sub NEXTKEY  { return each %{ $_[0][2] } }

# A record as its line in the database, or the value of one without properties.
package Gabarit::Variables::Line;

use strict;
use warnings;

sub TIESCALAR {
    my ($class, $table, $key) = @_;
    return bless [ $table, $key ], $class;
}

sub FETCH {
    my ($self) = @_;
    my ($table, $key) = @$self;
    return @$self == 3 ? $self->[2] : $table->line($key);
}

sub STORE { $_[0][2] = $_[1] }

1;
