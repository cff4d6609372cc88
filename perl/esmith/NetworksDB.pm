package esmith::NetworksDB;

# SME Server's networks, and the interfaces of NethServer with their roles.
use strict;
use warnings;
use esmith::DB::db;

our @ISA = 'esmith::DB::db';

sub open    { my ($class, $file) = @_; return $class->SUPER::open($file    || 'networks') }
sub open_ro { my ($class, $file) = @_; return $class->SUPER::open_ro($file || 'networks') }

sub networks  { return $_[0]->get_all_by_prop(type => 'network') }
sub zones     { return $_[0]->get_all_by_prop(type => 'zone') }
sub ethernets { return $_[0]->get_all_by_prop(type => 'ethernet') }
sub bridges   { return $_[0]->get_all_by_prop(type => 'bridge') }
sub bonds     { return $_[0]->get_all_by_prop(type => 'bond') }
sub aliases   { return $_[0]->get_all_by_prop(type => 'alias') }
sub ipsecs    { return $_[0]->get_all_by_prop(type => 'ipsec') }

sub interfaces {
    my ($self) = @_;
    return grep { $_->prop('type') =~ /^(?:ethernet|bridge|bond|alias|ipsec|vlan|xdsl)$/ } $self->get_all;
}

# All interfaces with a role; in scalar context the first.
sub get_by_role {
    my ($self, $role) = @_;
    my @found = grep { ($_->prop('role') || '') eq $role } $self->interfaces;
    return wantarray ? @found : $found[0];
}

sub green  { return $_[0]->get_by_role('green') }
sub orange { return $_[0]->get_by_role('orange') }
sub blue   { return $_[0]->get_by_role('blue') }
sub yellow { return $_[0]->get_by_role('yellow') }
sub red    { return $_[0]->get_by_role('red') }

# Whom a service answers: localhost, private, public. On a NethServer, private are its trusted networks.
sub local_access_spec {
    my ($self, $access) = @_;
    $access ||= 'private';
    my @spec = $access eq 'public' ? 'ALL' : '127.0.0.1';
    if ($access eq 'private') {
        if ($self->green) {
            require NethServer::TrustedNetworks;
            push @spec, NethServer::TrustedNetworks::list_mask();
        }
        else {
            push @spec, map { $_->key . (mask($_) eq '255.255.255.255' ? '' : '/' . mask($_)) } $self->networks;
        }
    }
    return wantarray ? @spec : "@spec";
}

sub mask { return $_[0]->prop('Mask') || '' }

1;
