package esmith::config;

# A database as a hash of lines, as old programs have it: tie my %conf, 'esmith::config', FILE.
use strict;
use warnings;
use Gabarit::Databases;

sub TIEHASH {
    my ($class, $file) = @_;
    $file = 'configuration' unless defined $file && length $file;
    return Gabarit::Databases::open_table($file) || die "there is no database $file\n";
}

sub new {
    my ($class, $file) = @_;
    my %lines;
    tie %lines, $class, $file;
    return \%lines;
}

1;
