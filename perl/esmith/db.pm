package esmith::db;

# The functions of SME Server for hashes of lines `type|property|value`, as far as they read.
use strict;
use warnings;
use Exporter 'import';
use Gabarit::Databases;

our @EXPORT = qw(
    db_get db_get_type db_get_prop db_set db_set_type db_set_prop db_delete db_delete_prop
    db_print db_show db_print_type db_print_prop
);

# The type, then names and values of the properties; empty if there is no such record.
sub fields {
    my ($hash, $key) = @_;
    my $table = tied %$hash;
    return $table->fields($key) if ref $table && $table->isa('Gabarit::Databases');
    my $line = defined $key ? $hash->{$key} : undef;
    return defined $line ? split(/(?<!\\)\|/, $line, -1) : ();
}

sub db_get {
    my ($hash, $key) = @_;
    return sort keys %$hash unless defined $key;
    return undef unless exists $hash->{$key};
    return wantarray ? fields($hash, $key) : $hash->{$key};
}

sub db_get_type {
    my ($hash, $key) = @_;
    my @fields = fields($hash, $key);
    return $fields[0];
}

sub db_get_prop {
    my ($hash, $key, $name) = @_;
    my ($type, %properties) = fields($hash, $key);
    return %properties unless defined $name;
    return $properties{$name};
}

sub table_of {
    my ($hash) = @_;
    my $table = tied %$hash;
    return $table if ref $table && $table->isa('Gabarit::Databases');
    die "this hash is not a database of gabarit\n";
}

sub db_set { my ($hash, $key, $type, $props) = @_; table_of($hash)->change('set', $key, $type, %{ $props || {} }) }
sub db_set_type { my ($hash, $key, $type) = @_; table_of($hash)->change('settype', $key, $type) }
sub db_set_prop { my ($hash, $key, $name, $value) = @_; table_of($hash)->change('setprop', $key, $name, $value) }
sub db_delete { my ($hash, $key) = @_; table_of($hash)->change('delete', $key) }
sub db_delete_prop { my ($hash, $key, $name) = @_; table_of($hash)->change('delprop', $key, $name) }

sub db_print { my $hash = shift; print map { "$_=" . db_get($hash, $_) . "\n" } @_ ? @_ : db_get($hash); return 1 }
sub db_print_type { my $hash = shift; print map { "$_=" . db_get_type($hash, $_) . "\n" } @_ ? @_ : db_get($hash); return 1 }

sub db_print_prop {
    my ($hash, $key, $name) = @_;
    my %properties = db_get_prop($hash, $key);
    my @names = defined $name ? grep { exists $properties{$_} } $name : sort keys %properties;
    print map { "$_=$properties{$_}\n" } @names;
    return @names > 0;
}

sub db_show {
    my $hash = shift;
    for my $key (@_ ? @_ : db_get($hash)) {
        db_print_type($hash, $key);
        my %properties = db_get_prop($hash, $key);
        print map { "    $_=$properties{$_}\n" } sort keys %properties;
    }
    return 1;
}

1;
