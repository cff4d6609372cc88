package esmith::DB::Record;

use strict;
use warnings;

sub show {
    my ($self) = @_;
    my %props = $self->props;
    my ($width) = sort { $b <=> $a } map { length } keys %props;
    $width = 40 if $width > 40;
    return join '', $self->key . "\n", map { sprintf "  %${width}s = %s\n", $_, $props{$_} } sort keys %props;
}

1;
