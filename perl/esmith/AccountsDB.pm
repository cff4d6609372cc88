package esmith::AccountsDB;

use strict;
use warnings;
use esmith::DB::db;

our @ISA = 'esmith::DB::db';

sub open    { my ($class, $file) = @_; return $class->SUPER::open($file    || 'accounts') }
sub open_ro { my ($class, $file) = @_; return $class->SUPER::open_ro($file || 'accounts') }

sub users      { return $_[0]->get_all_by_prop(type => 'user') }
sub groups     { return $_[0]->get_all_by_prop(type => 'group') }
sub ibays      { return $_[0]->get_all_by_prop(type => 'ibay') }
sub printers   { return $_[0]->get_all_by_prop(type => 'printer') }
sub pseudonyms { return $_[0]->get_all_by_prop(type => 'pseudonym') }

sub activeUsers {
    my ($self) = @_;
    return grep { ($_->prop('PasswordSet') || '') eq 'yes' || ($_->prop('__state') || '') eq 'active' } $self->users;
}

sub is_user_in_group {
    my ($self, $user, $group) = @_;
    my $record = $self->get($group) or return undef;
    return grep({ $_ eq $user } split /,/, $record->prop('Members') || '') ? 1 : 0;
}

sub user_group_list {
    my ($self, $user) = @_;
    return grep { $self->is_user_in_group($user, $_) } map { $_->key } $self->groups;
}

1;
