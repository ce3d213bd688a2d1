using PeerReplica.Crdts;

namespace PeerReplica.Hosting.LocalState;

/// <summary>
/// The mark by which app threads and the loop agree on whether an entry waits in the queue of written entries.
/// <list type="number">
/// <item><see cref="Queued"/> means: the entry is in the queue, or the step that took it out has not looked at it yet. Only then may a writer go on without queueing the entry.</item>
/// <item>Between <see cref="Clean"/> and <see cref="Queued"/> the mark belongs to one writer, its owner. Other writers queue the entry as well and leave the mark alone.</item>
/// <item>The loop takes the mark away before it looks. If the owner is still queueing the entry, the mark becomes <see cref="Cleared"/>: the owner can no longer tell whether the entry is in the
/// queue, and gives the mark back as <see cref="Clean"/>. No other writer can own the mark before that, so an owner never completes another writer's mark.</item>
/// </list>
/// </summary>
internal static class DirtyFlag
{
    private const byte Clean = 0;
    private const byte BeingQueued = 1;
    private const byte Queued = 2;
    private const byte Cleared = 3;

    /// <summary>Whether a write was noted that the loop has not looked at yet: the next one needs no note.</summary>
    public static bool IsQueued(ref byte dirty) => Volatile.Read(ref dirty) == Queued;

    /// <summary>Whether a write was noted, by the queue or by a writer that is queueing the entry, and the loop has not looked since.</summary>
    public static bool IsNoted(ref byte dirty) => Volatile.Read(ref dirty) is BeingQueued or Queued;

    /// <summary>Notes a write; false when one was noted already, and the loop has not looked since.</summary>
    public static bool TrySet(ref byte dirty, Entry entry, ILocalState localState)
    {
        var mark = Volatile.Read(ref dirty);
        if (mark == Queued) return false;
        var isOwner = mark == Clean && Interlocked.CompareExchange(ref dirty, BeingQueued, Clean) == Clean;
        localState.MarkDirty(entry);
        if (isOwner && Interlocked.CompareExchange(ref dirty, Queued, BeingQueued) != BeingQueued) Volatile.Write(ref dirty, Clean);
        return true;
    }

    /// <summary>Called before the loop looks at what was written: a write after that is noted again. Returns whether one was noted.</summary>
    public static bool Clear(ref byte dirty)
    {
        while (true)
        {
            var mark = Volatile.Read(ref dirty);
            if (mark is Clean or Cleared) return mark == Cleared;
            if (Interlocked.CompareExchange(ref dirty, mark == Queued ? Clean : Cleared, mark) == mark) return true;
        }
    }
}
