package esmith::DB;

use strict;
use warnings;

our $Error;

sub set_error { $Error = $_[1] }
sub error     { return $Error }

sub as_hash {
    my ($self, $file) = @_;
    $self = $self->open($file) or return unless ref $self;
    return map { my %props = $_->props; ($_->key => \%props) } $self->get_all;
}

# Each value is a pattern for the whole property, or for one element of its list.
sub get_all_by_prop {
    my ($self, $first, @rest) = @_;
    my %wanted = ref $first eq 'HASH' ? %$first : ($first, @rest);
    my $fits = sub {
        my ($record) = @_;
        for my $name (keys %wanted) {
            my $value = $record->prop($name);
            return 0 unless defined $value && $value =~ /(?:^|,)$wanted{$name}(?:,|$)/;
        }
        return 1;
    };
    return grep { $fits->($_) } $self->get_all;
}

sub keys {
    my ($self) = @_;
    return map { $_->key } $self->get_all;
}

sub get_value {
    my ($self, $key) = @_;
    my $record = $self->get($key);
    return $record ? $record->value : undef;
}

sub get_prop {
    my ($self, $key, $name) = @_;
    my $record = $self->get($key);
    return $record ? $record->prop($name) : undef;
}

# Creates the record, unless the options say otherwise.
sub set_value {
    my ($self, $key, $value, %options) = @_;
    my $record = $self->get($key);
    return $record->set_value($value) if $record;
    return 0 if exists $options{create} && !$options{create};
    return $self->new_record($key, { type => $value }) ? 1 : 0;
}

# Creates the record if the options name a type.
sub set_prop {
    my ($self, $key, $name, $value, %options) = @_;
    my $record = $self->get($key);
    $record ||= $self->new_record($key, { type => $options{type} }) if $options{type};
    return $record ? $record->set_prop($name, $value) : 0;
}

sub get_value_and_delete {
    my ($self, $key) = @_;
    my $record = $self->get($key) or return undef;
    my $value = $record->value;
    $record->delete;
    return $value;
}

sub get_prop_and_delete {
    my ($self, $key, $name) = @_;
    my $record = $self->get($key);
    return $record ? $record->delete_prop($name) : undef;
}

1;
