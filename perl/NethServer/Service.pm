package NethServer::Service;

# What the databases say of a service. Fragments start none.
use strict;
use warnings;
use esmith::ConfigDB;

sub new {
    my ($class, $name, $config) = @_;
    return bless { serviceName => $name, configDb => $config || esmith::ConfigDB->open_ro }, $class;
}

# Also as a function, with the name of the service.
sub of { return ref $_[0] ? $_[0] : __PACKAGE__->new(@_) }

sub get_name { return of(@_)->{serviceName} }

sub is_configured {
    my $self = of(@_);
    my $record = $self->{configDb}->get($self->{serviceName});
    return $record && $record->prop('type') eq 'service' ? 1 : 0;
}

sub is_owned { return is_configured(@_) }

sub is_enabled {
    my $self = of(@_);
    return ($self->{configDb}->get_prop($self->{serviceName}, 'status') || '') eq 'enabled' ? 1 : 0;
}

1;
