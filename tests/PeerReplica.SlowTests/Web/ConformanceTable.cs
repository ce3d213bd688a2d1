using System.Collections.Concurrent;
using System.Reflection;

namespace PeerReplica.SlowTests.Web;

/// <summary>Runs all rows of a table of tests at once, each on an instance of its own, and says which do not hold.</summary>
internal static class ConformanceTable
{
    public static async Task<(int Rows, IReadOnlyDictionary<string, Exception> Failures)> RunAsync<TTable>(Func<TTable> create)
        where TTable : IAsyncLifetime
    {
        // Some calls block: rows that measure time must not wait for a thread.
        ThreadPool.SetMinThreads(64, 64);
        var failures = new ConcurrentDictionary<string, Exception>(StringComparer.Ordinal);
        var rows = typeof(TTable).GetMethods().Where(m => m.GetCustomAttribute<FactAttribute>() is not null).SelectMany(RowsOf).ToArray();
        await Task.WhenAll(rows.Select(row => Task.Run(async () =>
        {
            var table = create();
            await table.InitializeAsync();
            try
            {
                if (row.Method.Invoke(table, row.Arguments) is Task task) await task;
            }
            catch (Exception e)
            {
                failures.TryAdd(row.Method.Name, e is TargetInvocationException { InnerException: { } inner } ? inner : e);
            }
            finally
            {
                await table.DisposeAsync();
            }
        })));
        return (rows.Length, failures);
    }

    private static IEnumerable<(MethodInfo Method, object?[] Arguments)> RowsOf(MethodInfo method)
    {
        var data = method.GetCustomAttributes<InlineDataAttribute>().SelectMany(d => d.GetData(method)).ToArray();
        return data.Length == 0 ? [(method, [])] : data.Select(d => (method, d));
    }
}
