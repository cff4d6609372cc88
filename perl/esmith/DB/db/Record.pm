package esmith::DB::db::Record;

use strict;
use warnings;
use esmith::db;

our @ISA = 'esmith::DB::Record';

require esmith::DB::Record;

# Fragments also make such an object of a hash that they were given.
sub _construct {
    my ($class, $db, $key) = @_;
    return bless { db => $db, config => $db->{config}, key => $key }, $class;
}

sub key { return $_[0]{key} }

sub props {
    my ($self) = @_;
    my ($type, %properties) = esmith::db::fields($self->{config} || {}, $self->{key});
    my %props = %properties;
    $props{type} = $type;
    return wantarray ? %props : keys %props;
}

sub prop {
    my ($self, $name) = @_;
    my ($type, %properties) = esmith::db::fields($self->{config} || {}, $self->{key});
    return $name eq 'type' ? $type : $properties{$name};
}

sub value {
    my ($self) = @_;
    return $self->prop('type');
}

sub _change {
    my ($self, $verb, @words) = @_;
    return esmith::db::table_of($self->{config} || {})->change($verb, $self->{key}, @words);
}

sub set_value { my ($self, $value) = @_; return $self->_change('settype', $value) }
sub delete    { my ($self) = @_; return $self->_change('delete') }

sub set_prop {
    my ($self, $name, $value) = @_;
    return $name eq 'type' ? $self->set_value($value) : $self->_change('setprop', $name, $value);
}

sub merge_props {
    my ($self, %props) = @_;
    my $type = delete $props{type};
    $self->set_value($type) if defined $type;
    return %props ? $self->_change('setprop', map { ($_, $props{$_}) } sort keys %props) : 1;
}

sub delete_prop {
    my ($self, $name) = @_;
    my $value = $self->prop($name);
    $self->_change('delprop', $name);
    return $value;
}

sub reset_props {
    my ($self, %props) = @_;
    my $type = delete $props{type};
    return $self->_change('set', $type, map { ($_, $props{$_}) } sort keys %props);
}

1;
