package NethServer::Password;

# Passwords that are kept in files. One that was not made yet, a command makes.
use strict;
use warnings;
use esmith::util;

sub new {
    my ($class, $file, $options) = @_;
    die "a password without a file would differ from run to run\n" unless defined $file;
    my $folder = ($options || {})->{defaultDir} || '/var/lib/nethserver/secrets';
    my $path = $file =~ m{^/} ? $file : "$folder/$file";
    return bless { secret => esmith::util::secret($path) }, $class;
}

sub getAscii { return $_[0]{secret} }
sub save     { return $_[0] }
sub store    { return __PACKAGE__->new($_[0])->getAscii }

1;
