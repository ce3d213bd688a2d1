using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace PeerReplica.Hosting.LocalState;

/// <summary>Reads what can be read, and passes over the rest.</summary>
internal static class ReadableValues
{
    /// <summary>Reads what a snapshot shows, if it is a value that can be read; a value that cannot be read was counted.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool TryReadable<TKey, TValue>(
        this KeyedEntry<TKey, TValue> entry, in RecordSnapshot<TValue> snapshot, [MaybeNullWhen(false)] out TValue value)
        where TKey : notnull
    {
        try
        {
            return entry.TryRead(snapshot, out value);
        }
        catch (ReplicaSerializationException)
        {
            value = default;
            return false;
        }
    }
}
