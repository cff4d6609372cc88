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

sub set_value { my ($self, $key, $value) = @_; $self->{table}->refuse_change('set', $key, $value) }
sub set_prop { my ($self, $key, $name, $value) = @_; $self->{table}->refuse_change('setprop', $key, $name, $value) }
sub get_value_and_delete { my ($self, $key) = @_; $self->{table}->refuse_change('delete', $key) }
sub get_prop_and_delete { my ($self, $key, $name) = @_; $self->{table}->refuse_change('delprop', $key, $name) }

1;
