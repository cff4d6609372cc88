package Gabarit::Output;

# Standard output and error of fragments: what they print there is in no file, so it is told.
use strict;
use warnings;

our @lines;

sub TIEHANDLE { return bless {}, shift }

sub WRITE {
    my ($self, $text, $length, $offset) = @_;
    push @lines, substr $text, $offset || 0, defined $length ? $length : length $text;
    return length $lines[-1];
}

sub PRINT {
    my $self = shift;
    push @lines, join defined $, ? $, : '', @_;
    return 1;
}

sub PRINTF {
    my ($self, $format, @values) = @_;
    push @lines, sprintf $format, @values;
    return 1;
}

sub FILENO  { return 1 }
sub BINMODE { return 1 }
sub CLOSE   { return 1 }
sub OPEN    { die "standard output cannot be opened here: a fragment only makes text\n" }

1;
