package esmith::DB::db;

use strict;
use warnings;
use Gabarit::Databases;
use esmith::DB::db::Record;

our @ISA = 'esmith::DB';

require esmith::DB;

sub _opened {
    my ($class, $file, $ro) = @_;
    my $table = Gabarit::Databases::open_table($file);
    unless ($table) {
        esmith::DB->set_error("File doesn't exist");
        return undef;
    }
    tie(my %config, $table);
    return bless { file => $file, ro => $ro, table => $table, config => \%config }, $class;
}

sub open          { my ($class, $file) = @_; return _opened($class, $file, 0) }
sub open_ro       { my ($class, $file) = @_; return _opened($class, $file, 1) }
sub open_local    { my ($class, $file) = @_; return _opened($class, $file, 0) }
sub open_ro_local { my ($class, $file) = @_; return _opened($class, $file, 1) }

sub create { die "a fragment cannot create the database $_[1]\n" }
sub is_ro  { return $_[0]{ro} }
sub file   { return $_[0]{file} }
sub reload { return 1 }
sub close  { return 1 }

sub get {
    my ($self, $key) = @_;
    return undef unless defined $key && $self->{table}->has($key);
    return esmith::DB::db::Record->_construct($self, $key);
}

sub get_all {
    my ($self) = @_;
    return map { esmith::DB::db::Record->_construct($self, $_) } $self->{table}->sorted_keys;
}

sub list_by_type {
    my ($self, $type) = @_;
    return map { $_->key } $self->get_all_by_prop(type => $type);
}

sub new_record {
    my ($self, $key, $props) = @_;
    return undef if $self->{table}->has($key);
    my %others = %{ $props || {} };
    my $type = delete $others{type};
    $self->{table}->change('set', $key, $type, map { ($_, $others{$_}) } sort keys %others);
    return $self->get($key);
}

1;
