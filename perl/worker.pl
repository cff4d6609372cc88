# Expands the fragments in Perl of gabarit, which starts it when it meets the first one: see src/template/perl-bridge.ts.
# perl worker.pl CONFINED LIMIT [FOLDER]: whether its namespaces are its own, seconds for a fragment, modules of the site.
use strict;
use warnings;
use FindBin;
use POSIX ();
use lib $FindBin::Bin;

BEGIN {
    # Compiled code keeps the function that it was compiled with.
    *CORE::GLOBAL::exit = sub { die "exit() is not for a fragment: return ends it\n" };
}

use Gabarit::Channel;
use Gabarit::Fragment;
use Gabarit::Output;

my ($confined, $limit, $site) = @ARGV;
@ARGV = ();
chdir '/';
if ($confined) {
    # mount_setattr(2): the whole tree read-only, in this namespace. The number is that of every kind of processor.
    my $readonly = pack 'Q4', 1, 0, 0, 0;
    my $root = '/';
    my $failed = syscall(442, -100, $root, 0x8000, $readonly, 32) == -1;
    $confined = $failed ? "the kernel cannot make its view of the files read-only: $!" : '';

    # The first process of a namespace ignores the signal of alarm(), and when it ends, all others do.
    if (my $worker = fork) {
        waitpid $worker, 0;
        POSIX::_exit(0);
    }
}
Gabarit::Channel::open_streams();
unshift @INC, $site if defined $site;
tie *STDOUT, 'Gabarit::Output';
tie *STDERR, 'Gabarit::Output';
$SIG{INT} = 'IGNORE';
$Gabarit::Fragment::limit = $limit;
$Gabarit::Databases::source = 'Gabarit::Channel';
Gabarit::Channel::send_words('ready', $confined || '');
Gabarit::Channel::serve() while 1;
