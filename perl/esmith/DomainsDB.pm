package esmith::DomainsDB;

use strict;
use warnings;
use esmith::DB::db;

our @ISA = 'esmith::DB::db';

sub open    { my ($class, $file) = @_; return $class->SUPER::open($file    || 'domains') }
sub open_ro { my ($class, $file) = @_; return $class->SUPER::open_ro($file || 'domains') }

sub domains { return $_[0]->get_all_by_prop(type => 'domain') }

sub get_by_ibay {
    my ($self, $ibay) = @_;
    return $self->get_all_by_prop(Content => $ibay);
}

1;
