using System.Collections.Concurrent;
using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Diagnostics;

namespace PeerReplica.Hosting.LocalState;

/// <summary>
/// Keeps changes from readers that the app's validator has not accepted. What is replicated does not depend on it: a refused
/// change is merged, hashed and passed on like any other.
/// <list type="number">
/// <item>A value that arrived is held back until the validator has answered. Meanwhile readers see what there was before.</item>
/// <item>The validator is asked about one change of the object at a time, in the order in which their keys came to have one, on
/// a thread that holds nothing. A change that a later one of the same origin replaced before its turn is never asked about.</item>
/// <item>A change without an answer in time is reported and stays held back until the answer comes; the others go on. At most
/// <see cref="MaxOverdue"/> calls are waited for like that; while there are so many, no further change is asked about. Only an
/// answer refuses: a slow machine shows what was there before, and nothing that others do not see.</item>
/// <item>A local write is asked about on the writer's thread, before anything is written.</item>
/// </list>
/// </summary>
internal sealed class ChangeValidation<TKey, TValue>(KeyedObject<TKey, TValue> owner, ChangeRule<TKey, TValue> rule) : IChangeValidation
    where TKey : notnull
{
    /// <summary>The changes of one run: of so many the answers take effect in one step.</summary>
    public const int BatchSize = 256;

    /// <summary>Each keeps a thread of the pool.</summary>
    public const int MaxOverdue = 4;

    private const int MaxReasonLength = 256;

    private readonly Dictionary<KeyedEntry<TKey, TValue>, ValuesBeforeValidation<TValue>> _held = [];
    private readonly Queue<KeyedEntry<TKey, TValue>> _waiting = new();
    private readonly ConcurrentDictionary<KeyedEntry<TKey, TValue>, RefusedEntry<TKey, TValue>> _refused = new();
    private ValidationRun<TKey, TValue>? _run;
    private readonly List<HeldChange<TKey, TValue>> _overdue = [];
    private List<HeldChange<TKey, TValue>> _left = [];
    private long _lastTurn;
    private long _begunTurn;
    private long _answeredTurn;
    private long _refusedEver;

    public string Name => owner.Name;

    public long RefusedEver => Volatile.Read(ref _refusedEver);

    public int HeldKeys => _held.Count;

    public bool IsStuck => _overdue.Count >= MaxOverdue;

    public long LastTurn => _lastTurn;

    public bool IsAnswered(long turn) => _answeredTurn >= turn || IsStuck;

    /// <summary>Asks about a local write, on the writer's thread. Removals are not asked about.</summary>
    /// <exception cref="ChangeRefusedException">The validator refused it.</exception>
    public void CheckWrite(TKey key, in LocalWrite<TValue> write)
    {
        if (write.IsRemoval) return;
        var keyBytes = owner.KeyCodec.IsNative ? null : owner.EncodeKey(key).ToArray();
        var verdict = Judge(keyBytes, key, write.Payload!, write.Value, owner.LocalState.Id, out var failure);
        if (verdict.IsAccepted) return;
        var reason = Shorten(verdict.Reason!);
        throw new ChangeRefusedException(
            Name, typeof(TKey) == typeof(UnitKey) ? null : key, reason,
            $"The validator of '{Name}' refused a write{TextOf(key)}: {reason} Nothing was written.", failure);
    }

    /// <summary>A value arrives at an entry: keeps what readers see of it. Loop only.</summary>
    public void BeforeArrival(KeyedEntry<TKey, TValue> entry)
    {
        if (_held.TryGetValue(entry, out var kept))
        {
            // What the validator is being asked about is not this change: the entry has another turn.
            if (kept.State == ValidationState.Asked) Enqueue(entry, kept);
            return;
        }

        kept = new();
        kept.KeepAll(entry);
        _held.Add(entry, kept);
    }

    /// <summary>The records of an entry changed; its version is odd. Loop only.</summary>
    public void OnChange(KeyedEntry<TKey, TValue> entry)
    {
        var (isHeld, isRefused) = (false, false);
        for (var record = entry.Components; record is not null; record = record.NextComponent)
        {
            isHeld |= record.IsHeld;
            isRefused |= record is { IsRefused: true, IsLive: true };
        }

        if (isRefused) _refused.GetOrAdd(entry, static (e, o) => new RefusedEntry<TKey, TValue>(o, e), owner).OnChange();
        else if (!_refused.IsEmpty && _refused.TryRemove(entry, out var refused)) refused.Dispose();
        if (!isHeld)
        {
            _held.Remove(entry);
            return;
        }

        if (!_held.TryGetValue(entry, out var kept)) _held.Add(entry, kept = new());
        kept.Prune(entry);
        if (kept.State == ValidationState.None) Enqueue(entry, kept);
    }

    /// <summary>What readers see of an entry: the last writer of what was accepted. Loop only.</summary>
    public Record? LastWriter(KeyedEntry<TKey, TValue> entry)
    {
        var winner = owner.Store.LastWriter(entry);
        return _held.TryGetValue(entry, out var kept) ? kept.LaterOf(winner, owner.Store.Origins) : winner;
    }

    /// <summary>Adds what readers go on to see of an entry, though its records say it no more. Loop only.</summary>
    public void AddKept(KeyedEntry<TKey, TValue> entry, List<RecordSnapshot<TValue>> values)
    {
        if (!_held.TryGetValue(entry, out var kept)) return;
        foreach (var record in kept.Records) values.Add(entry.SnapshotOf(record));
    }

    /// <summary>Removes what is refused here of an entry without a value, for everyone. Any thread.</summary>
    public void RemoveRefused(KeyedEntry<TKey, TValue> entry)
    {
        if (_refused.ContainsKey(entry)) entry.TryRemove(null);
    }

    public Instant Tend(Instant now)
    {
        if (_run is { } run && now >= run.DueAt(now, rule.Timeout)) GiveUp(run, now);
        if (_run is null && !IsStuck && _left.Count + _waiting.Count > 0) Begin();
        return _run?.DueAt(now, rule.Timeout) ?? Instant.Never;
    }

    private void Enqueue(KeyedEntry<TKey, TValue> entry, ValuesBeforeValidation<TValue> kept)
    {
        kept.State = ValidationState.Waiting;
        _lastTurn++;
        _waiting.Enqueue(entry);
    }

    private void Begin()
    {
        var changes = _left;
        _left = [];
        if (changes.Count == 0) Collect(changes);
        if (changes.Count == 0)
        {
            _answeredTurn = _begunTurn;
            return;
        }

        _run = new(changes, () => owner.LocalState.Now, Ask, r => owner.LocalState.InStep(() => Finish(r)));
        owner.LocalState.Schedule(_run.Execute);
    }

    private void Collect(List<HeldChange<TKey, TValue>> changes)
    {
        while (changes.Count < BatchSize && _waiting.TryDequeue(out var entry))
        {
            _begunTurn++;

            // Else nothing of it was held back any more for a while, and it has another turn, or had it.
            if (!_held.TryGetValue(entry, out var kept) || kept.State != ValidationState.Waiting) continue;
            kept.State = ValidationState.Asked;
            for (var record = entry.Components; record is not null; record = record.NextComponent)
            {
                if (!record.IsHeld || IsOverdue(record)) continue;
                changes.Add(new(entry, (ValueRecord<TValue>)entry.Copy(record), owner.Store.Origins[record.Origin]));
            }
        }

        if (_waiting.Count == 0 && _waiting.Capacity > BatchSize) _waiting.TrimExcess();
    }

    /// <summary>Whether the validator has long been asked about a record.</summary>
    private bool IsOverdue(Record record)
    {
        foreach (var change in _overdue)
        {
            if (RecordOf(change) == record) return true;
        }

        return false;
    }

    private void Finish(ValidationRun<TKey, TValue> run)
    {
        Settle(run);
        if (run.IsGivenUp)
        {
            _overdue.Remove(run.Overdue!);
            return;
        }

        _run = null;
        _answeredTurn = _begunTurn;
    }

    /// <summary>A call takes too long: its change stays held back until it answers, and the others go on without it.</summary>
    private void GiveUp(ValidationRun<TKey, TValue> run, Instant now)
    {
        Settle(run);
        if (run.Settled == run.Changes.Count || now < run.DueAt(now, rule.Timeout)) return;
        var overdue = run.Changes[run.Settled];
        run.Overdue = overdue;
        _overdue.Add(overdue);
        _run = null;
        _left = [.. run.Changes.Skip(run.Settled + 1)];
        if (_left.Count == 0) _answeredTurn = _begunTurn;
        Report(overdue, $"The validator did not answer within {rule.Timeout.TotalSeconds:0.###} s.", null);
    }

    /// <summary>Lets the answers take effect that are there.</summary>
    private void Settle(ValidationRun<TKey, TValue> run)
    {
        for (var answered = run.Answered; run.Settled < answered; run.Settled++)
        {
            var change = run.Changes[run.Settled];

            // Another run has the changes behind the call that was given up, though its thread may have gone on to one.
            if (run.IsGivenUp && change != run.Overdue) continue;
            if (change.Verdict.IsAccepted)
            {
                Accept(change);
                continue;
            }

            if (RecordOf(change) is { } record) Answer(record, isRefused: true);
            if (!run.IsGivenUp) Report(change, Shorten(change.Verdict.Reason!), change.Failure);
        }
    }

    private void Accept(HeldChange<TKey, TValue> change)
    {
        // The app wrote it without having seen what is about to be seen.
        if (change.Entry.HasUnpublished) owner.Store.Publish(change.Entry);
        if (RecordOf(change) is { } record)
        {
            Answer(record, isRefused: false);
        }
        else if (_held.TryGetValue(change.Entry, out var kept))
        {
            change.Entry.BeginChange();
            kept.Advance(change.Record);
            change.Entry.EndChange();
        }
    }

    private void Report(HeldChange<TKey, TValue> change, string reason, Exception? failure)
    {
        Volatile.Write(ref _refusedEver, _refusedEver + 1);
        owner.LocalState.Refused(Name, change.Origin, reason, failure);
    }

    private static void Answer(Record record, bool isRefused)
    {
        record.Parent.BeginChange();
        if (isRefused)
        {
            record.Withhold(isRefused: true);
        }
        else
        {
            record.Show();
            record.Parent.Index?.Shown(record);
        }

        record.Parent.EndChange();
    }

    /// <summary>The change's record, if it still is what the validator was asked about; a repair may have put other content there.</summary>
    private static Record? RecordOf(HeldChange<TKey, TValue> change) =>
        change.Entry.Component(change.Record.Origin) is { } record
        && record.Sequence == change.Record.Sequence && record.Hash == change.Record.Hash ? record : null;

    /// <summary>Asks about a change that arrived. On a thread that holds nothing.</summary>
    private void Ask(HeldChange<TKey, TValue> change)
    {
        var keyBytes = change.Entry is EncodedKeyEntry<TKey, TValue> encoded ? encoded.KeyBytes : null;
        change.Verdict = Judge(
            keyBytes, change.Entry.KeptKey, change.Record.Payload!, change.Record.Value, change.Origin, out var failure);
        change.Failure = failure;
    }

    private ChangeVerdict Judge(
        byte[]? keyBytes, TKey? key, byte[] payload, TValue? value, ReplicaId origin, out Exception? failure)
    {
        failure = null;
        try
        {
            var ownKey = keyBytes is null ? KeyedObject<TKey, TValue>.ForApp(key!) : owner.DecodeKey(keyBytes);
            var ownValue = payload == Record.InView ? value! : owner.Decode(owner.ValueCodec, payload, "value");
            return rule.Validate(new(Name, ownKey, ownValue, origin));
        }
        catch (Exception e)
        {
            failure = e;
            return ChangeVerdict.Refused($"The validator failed with {TextOf(e)}");
        }
    }

    /// <summary>An exception's message is the app's code, too.</summary>
    private static string TextOf(Exception e)
    {
        try
        {
            return $"{TypeNames.Of(e.GetType())}: {e.Message}";
        }
        catch (Exception)
        {
            return TypeNames.Of(e.GetType());
        }
    }

    /// <summary>What a message says of a key: nothing where that would run the app's code.</summary>
    private string TextOf(TKey key)
    {
        if (typeof(TKey) == typeof(UnitKey) || typeof(TKey) == typeof(byte[]) || !owner.KeyCodec.IsNative) return "";
        return $" of {Shorten($"{key}")}";
    }

    private static string Shorten(string text) =>
        Printable.Escape(text.Length <= MaxReasonLength ? text : text[..MaxReasonLength] + "…");
}
