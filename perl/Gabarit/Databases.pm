package Gabarit::Databases;

# The databases of gabarit, each taken over when it is first opened, and a note of what is read.
use strict;
use warnings;
use Gabarit::Channel;

my %tables;
our %reads;

# Who has the databases: gabarit that waits for a fragment, or its commands.
our $source = 'Gabarit::Commands';

# The database that a migration changes.
our $writable = '';

# What a fragment tried to change: it fails even if it does not notice.
our $refusal;

sub forget { %tables = () }

# Undef if there is no such database. In a path, only the name counts.
sub open_table {
    my ($path) = @_;
    my ($name) = $path =~ m{([^/]+)$} or return undef;
    my $self = bless { name => $name }, __PACKAGE__;
    return $self->records && $self;
}

# The records by key, each packed.
sub records {
    my ($self) = @_;
    require Gabarit::Commands if $source eq 'Gabarit::Commands';
    return $tables{ $self->{name} } ||= $source->load($self->{name});
}

sub name { return $_[0]{name} }

sub note {
    my ($self, $key) = @_;
    $reads{ $self->{name} }{ defined $key ? "=$key" : '' } = 1;
}

sub has {
    my ($self, $key) = @_;
    $self->note($key);
    return exists $self->records->{$key};
}

sub sorted_keys {
    my ($self) = @_;
    $self->note(undef);
    return sort keys %{ $self->records };
}

# The type, and the names and values of the properties; empty if there is no such record.
sub fields {
    my ($self, $key) = @_;
    $self->note($key);
    my $packed = $self->records->{$key};
    return defined $packed ? Gabarit::Channel::unpack_words($packed) : ();
}

# The record as a line of a database of SME Server.
sub line {
    my ($self, $key) = @_;
    return undef unless $self->has($key);
    return join '|', map { s/\|/\\|/gr } $self->fields($key);
}

# Makes a change, as the command of this name does; a fragment is told the command. Returns 1.
sub change {
    my ($self, $verb, @words) = @_;
    if ($source eq 'Gabarit::Commands' || $writable eq $self->{name}) {
        $source->change($self->{name}, $verb, map { defined $_ ? $_ : '' } @words);
        delete $tables{ $self->{name} };
        return 1;
    }
    my $database = $self->{name} eq 'configuration' ? 'config' : "db $self->{name}";
    my $command = join ' ', $database, $verb, map { defined $_ && /^[\w.:\/-]+$/ ? $_ : quoted($_) } @words;
    $refusal = "a fragment only reads the databases. What it wants to do, as a command: $command";
    die "$refusal\n";
}

sub quoted {
    my ($word) = @_;
    $word = '' unless defined $word;
    return "'" . ($word =~ s/'/'\\''/gr) . "'";
}

# As a hash of lines, tied: keys and lines of a database.
sub TIEHASH { return $_[0] }
sub FETCH   { return $_[0]->line($_[1]) }
sub EXISTS  { return $_[0]->has($_[1]) }
sub SCALAR  { return scalar keys %{ $_[0]->records } }
sub STORE   { $_[0]->change('set', $_[1], split /(?<!\\)\|/, defined $_[2] ? $_[2] : '', -1) }
sub DELETE  { $_[0]->change('delete', $_[1]) }
sub CLEAR   { $_[0]->change('delete', $_) for $_[0]->sorted_keys }

sub FIRSTKEY {
    my ($self) = @_;
    $self->{left} = [ $self->sorted_keys ];
    return shift @{ $self->{left} };
}

sub NEXTKEY { return shift @{ $_[0]{left} } }

1;
